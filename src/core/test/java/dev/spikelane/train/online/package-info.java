/** Training with gradients that go forward, against plain loops in double precision. */
@org.jspecify.annotations.NullMarked
package dev.spikelane.train.online;
