"""The operators' console: one page of plain modules over GraphQL, as any other client of an operator would be.

It holds no state and opens no service; the key that is typed in lives in the page's memory alone.
"""
