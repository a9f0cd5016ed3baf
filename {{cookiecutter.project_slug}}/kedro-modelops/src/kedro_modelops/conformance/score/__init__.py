"""The 28 points of *The ML Test Score* (Breck, Cai, Nielsen, Salib, Sculley, IEEE Big Data 2017), each by a check."""
