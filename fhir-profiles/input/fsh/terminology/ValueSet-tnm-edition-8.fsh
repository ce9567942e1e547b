ValueSet: TnmEdition8
Id: tnm-edition-8
Title: "TNM, 8th edition"
Description: "Staging methods that are the 8th edition of TNM (AJCC or UICC)."
* ^experimental = false
* include http://snomed.info/sct#897275008 "American Joint Commission on Cancer, Cancer Staging Manual, 8th edition neoplasm staging system (tumor staging)"
