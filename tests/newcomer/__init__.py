"""A newcomer with an empty home: from the README's first line to a paid payment, then with Vite and Next."""
