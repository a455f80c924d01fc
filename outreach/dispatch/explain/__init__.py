"""Why a visit is not served and what would serve it; why one is served so, and what the next best would cost.

Pure: works on a `Problem` and a `Plan`, and believes only `check`.
"""
