/** What a network lays out, for those who train it: not exported. */
@org.jspecify.annotations.NullMarked
package dev.spikelane.layout;
