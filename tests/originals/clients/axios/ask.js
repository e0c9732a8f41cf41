// This file is about a client in Node that asks by axios, over an `https.Agent` of its own.
//
// In: the URL, the server's CA, and the files of certificate and key, or none. Out: the answer's body.
'use strict';

const fs = require('fs');
const https = require('https');
const axios = require('axios');

const [url, ca, cert, key] = process.argv.slice(2).map((word, at) => (at ? fs.readFileSync(word) : word));

axios
  .get(url, { httpsAgent: new https.Agent({ cert, key, ca }), proxy: false })
  .then((response) => console.log(JSON.stringify(response.data)));
