"""The six figures: each module measures one."""
