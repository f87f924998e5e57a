/** Networks of the literature, which commands run and train. */
package dev.spikelane.cli.network;
