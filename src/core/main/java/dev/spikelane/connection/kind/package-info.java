/** The answers of connections to networks, files and fingerprints: a kind for each class of them. */
package dev.spikelane.connection.kind;
