"""System checks: every wrong setting is an error with a hint before it is a surprise."""
