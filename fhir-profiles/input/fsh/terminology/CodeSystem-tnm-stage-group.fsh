CodeSystem: TnmStageGroup
Id: tnm-stage-group
Title: "TNM stage groups of lung cancer, 8th edition"
* ^experimental = false
* ^caseSensitive = true
* #0
* #IA
* #IA1
* #IA2
* #IA3
* #IB
* #IIA
* #IIB
* #IIIA
* #IIIB
* #IIIC
* #IV
* #IVA
* #IVB
