echo more
