"""How long tests wait for what must come: a busy machine is slow, and no test is about that."""

PATIENCE = 180.0
