"""Protocol clients: they speak to printers and turn their answers into snapshots."""
