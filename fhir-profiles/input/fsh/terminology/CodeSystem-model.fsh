CodeSystem: Model
Id: model
Title: "Prediction models as devices"
Description: "What a Device resource says of a prediction model that FHIR R4 has no code for."
* ^experimental = false
* ^caseSensitive = true
* #prediction-model "Prediction model" "A trained model that computes a risk from a chart; a Device of this type is one version of it."
* #model-version "Model version" "The version in the model's manifest."
* #model-digest "Model digest" "SHA-256 over the model's manifest and files, hexadecimal: the same digest is the same model."
