"""Components of Home Assistant that watch ours, or stand in its place."""
