"""Long runs of a real Home Assistant, compared with what was really printed."""
