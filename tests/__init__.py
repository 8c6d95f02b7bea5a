"""Tests of Trellis' behaviour, on real servers."""
