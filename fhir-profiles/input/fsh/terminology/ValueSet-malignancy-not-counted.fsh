ValueSet: MalignancyNotCounted
Id: malignancy-not-counted
Title: "Malignancies that do not count as another"
Description: "Empty as shipped: every malignancy counts, basal cell carcinoma of the skin too. A site lists here what its investigators do not count."
* ^experimental = false
