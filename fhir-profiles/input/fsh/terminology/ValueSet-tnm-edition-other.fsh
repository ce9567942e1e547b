ValueSet: TnmEditionOther
Id: tnm-edition-other
Title: "TNM, another edition"
Description: "Staging methods that are TNM of another edition than the 8th: its groups mean something else."
* ^experimental = false
* include http://snomed.info/sct#444256004 "American Joint Commission on Cancer, Cancer Staging Manual, 6th edition neoplasm staging system (tumor staging)"
* include http://snomed.info/sct#443830009 "American Joint Commission on Cancer, Cancer Staging Manual, 7th edition neoplasm staging system (tumor staging)"
* include http://snomed.info/sct#1269566009 "American Joint Commission on Cancer, Cancer Staging Manual, 9th version neoplasm staging system (tumor staging)"
