// This file is about Node's verdict on a caller: what its TLS server has in `authorizationError`.
//
// In: the files of certificate, key, CAs and, if there is one, the CRL. Out: "listening PORT"; each caller is answered its code.
'use strict';

const fs = require('fs');
const https = require('https');

const [cert, key, ca, crl] = process.argv.slice(2).map((file) => fs.readFileSync(file));

const server = https.createServer(
  { cert, key, ca, crl, requestCert: true, rejectUnauthorized: false },
  (request, response) => {
    const { authorized, authorizationError } = request.socket;
    response.end(JSON.stringify({ authorized, authorizationError }));
  },
);
server.listen(0, '127.0.0.1', () => console.log(`listening ${server.address().port}`));
process.on('SIGTERM', () => process.exit(0));
