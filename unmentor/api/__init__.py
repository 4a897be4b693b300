"""Everything public as data: JSON for programs, tables for people who calculate, and what each field means."""
