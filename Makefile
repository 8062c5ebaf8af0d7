# Aliases for habit: python3 dev.py does the work, and a bare machine has no make.
run test check bench:
	@python3 dev.py $@

.PHONY: run test check bench
