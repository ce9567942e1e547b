ValueSet: ChestBodySite
Id: chest-body-site
Title: "Chest as a body site"
Description: "Body sites of a series that covers the chest."
* ^experimental = false
* include http://snomed.info/sct#51185008 "Thoracic structure (body structure)"
* include http://snomed.info/sct#39607008 "Lung structure (body structure)"
