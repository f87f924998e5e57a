/**
 * HDF5 files by jHDF, an optional library: groups, arrays of numbers and texts, limited by the size of the file. Start
 * with {@code Hdf5}.
 */
package dev.spikelane.io.hdf5;
