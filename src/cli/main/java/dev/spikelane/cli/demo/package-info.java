/** The demo: networks of snnTorch's tutorials and of the literature, on images and alone, and its page. */
package dev.spikelane.cli.demo;
