"""The console over many payments that came about with faults: is every question still one search away?"""
