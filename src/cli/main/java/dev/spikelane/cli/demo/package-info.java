/**
 * The demo. Networks of snnTorch's tutorials and of the literature run on images, events or alone; facts and a page
 * leave. Read {@code DemoCommand} first.
 */
package dev.spikelane.cli.demo;
