"""What is a print, which one is it, and how did it end: pure, standard library only."""
