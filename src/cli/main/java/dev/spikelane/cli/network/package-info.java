/** Networks from the literature that commands run and train. Read {@code Classics} and {@code Attention}. */
package dev.spikelane.cli.network;
