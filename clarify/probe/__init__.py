"""The probe: the same sentences about people of many groups, and real reviews in the same columns."""
