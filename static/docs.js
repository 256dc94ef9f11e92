// Starts Swagger UI on the API's own description. In a file of its own because the pages allow no inline script.
window.SwaggerUIBundle({ url: "/openapi.json", dom_id: "#swagger", deepLinking: true, validatorUrl: null });
