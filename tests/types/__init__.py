"""Every printer type through every scenario, in a whole Home Assistant."""
