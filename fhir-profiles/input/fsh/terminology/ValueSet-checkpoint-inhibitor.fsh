ValueSet: CheckpointInhibitor
Id: checkpoint-inhibitor
Title: "PD-1/PD-L1 immune checkpoint inhibitors"
Description: "ATC group L01FF, the codes its members had in ATC until 2021, and RxNorm ingredients."
* ^experimental = false
* include codes from system http://www.whocc.no/atc where concept is-a #L01FF
* include http://www.nlm.nih.gov/research/umls/rxnorm#1547545 "pembrolizumab"
* include http://www.nlm.nih.gov/research/umls/rxnorm#1597876 "nivolumab"
* include http://www.nlm.nih.gov/research/umls/rxnorm#1792776 "atezolizumab"
* include http://www.nlm.nih.gov/research/umls/rxnorm#1919503 "durvalumab"
* include http://www.whocc.no/atc#L01XC17 "nivolumab"
* include http://www.whocc.no/atc#L01XC18 "pembrolizumab"
* include http://www.whocc.no/atc#L01XC28 "durvalumab"
* include http://www.whocc.no/atc#L01XC31 "avelumab"
* include http://www.whocc.no/atc#L01XC32 "atezolizumab"
* include http://www.whocc.no/atc#L01XC33 "cemiplimab"
