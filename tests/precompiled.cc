// Empty: its precompiled headers are those of all tests.
