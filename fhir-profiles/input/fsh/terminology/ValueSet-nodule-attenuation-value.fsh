ValueSet: NoduleAttenuationValue
Id: nodule-attenuation-value
Title: "Attenuation types of a nodule"
Description: "What a nodule attenuation Observation may say."
* ^experimental = false
* $project#pure-ground-glass
* $project#part-solid
* $project#solid
