// This file is about a client in Node that asks by `https.get`, over an `https.Agent` of its own.
//
// In: the URL, the server's CA, and the files of certificate and key, or none. Out: for each of two
// connections a line of JSON: the answer, and whether the session of the first was resumed.
'use strict';

const fs = require('fs');
const https = require('https');

const [url, ca, cert, key] = process.argv.slice(2).map((word, at) => (at ? fs.readFileSync(word) : word));
const agent = new https.Agent({ cert, key, ca });

function ask() {
  return new Promise((resolve, reject) => {
    const asked = https.get(url, { agent }, async (response) => {
      const resumed = response.socket.isSessionReused();
      let body = '';
      for await (const chunk of response) body += chunk;
      resolve(console.log(JSON.stringify({ answer: JSON.parse(body), resumed })));
    });
    asked.on('error', reject);
  });
}

ask().then(ask);
