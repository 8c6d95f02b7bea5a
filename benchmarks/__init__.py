"""How fast Trellis is, measured in one run beside what people would pick instead. `make bench`, `make bench-quick`."""
