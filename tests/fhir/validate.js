// Validates FHIR R4 resources (a JSON list on standard input) with FHIR.js of Lantana Group, which
// carries HL7's StructureDefinitions and value sets; prints a JSON list of [resource, message].
"use strict";
const fs = require("fs");
const vm = require("vm");

vm.runInThisContext(fs.readFileSync(process.argv[2], "utf8"), { filename: "fhir.bundle.js" });
const fhir = new Fhir.Fhir();
const faults = [];
for (const resource of JSON.parse(fs.readFileSync(0, "utf8"))) {
  const result = fhir.validate(resource, { errorOnUnexpected: true });
  for (const message of result.messages) {
    if (message.severity === "error" || message.severity === "fatal") {
      faults.push([resource.resourceType, `${message.location}: ${message.message}`]);
    }
  }
}
process.stdout.write(JSON.stringify(faults));
