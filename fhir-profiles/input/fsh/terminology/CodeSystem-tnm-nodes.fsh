CodeSystem: TnmNodes
Id: tnm-nodes
Title: "TNM regional nodes categories"
Description: "Regional lymph nodes of lung cancer (TNM, 8th edition)."
* ^experimental = false
* ^caseSensitive = true
* #N0 "N0" "No regional lymph node metastasis."
* #N1 "N1" "Ipsilateral peribronchial, hilar or intrapulmonary nodes."
* #N2 "N2" "Ipsilateral mediastinal or subcarinal nodes."
* #N3 "N3" "Contralateral mediastinal or hilar, or any scalene or supraclavicular nodes."
