"""One believable Tuesday in Newport: three trades, fourteen technicians."""
