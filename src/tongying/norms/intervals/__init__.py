"""Reference intervals without a curve: EP28, partition, verification, the indirect route."""
