"""A world of printers with known prints, and how well the recorded jobs match them."""
