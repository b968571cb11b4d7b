"""The gateway under a usual load for an hour, with faults and hostile peers now and then: does anything grow?"""
