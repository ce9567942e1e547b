ValueSet: Platinum
Id: platinum
Title: "Platinum compounds"
Description: "ATC group L01XA and RxNorm ingredients."
* ^experimental = false
* include codes from system http://www.whocc.no/atc where concept is-a #L01XA
* include http://www.nlm.nih.gov/research/umls/rxnorm#2555 "cisplatin"
* include http://www.nlm.nih.gov/research/umls/rxnorm#40048 "carboplatin"
