"use strict";
// validatorUrl null: Swagger UI would send the document to a server of its maker's.
SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  validatorUrl: null,
  tryItOutEnabled: true,
});
