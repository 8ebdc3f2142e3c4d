package io.quarkiverse.raftconfig.store;

import java.util.zip.CRC32C;

/** CRC32C: the processor computes it, and it finds every flipped bit and every burst of up to 32. */
final class Checksum {
    private Checksum() {
    }

    static int of(byte[] bytes, int start, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, start, length);
        return (int) crc.getValue();
    }

    /** Over a number and a run of bytes: the number says where the bytes belong, so that none are mistaken for others. */
    static int of(long place, byte[] bytes, int start, int length) {
        CRC32C crc = new CRC32C();
        for (int shift = 56; shift >= 0; shift -= 8) {
            crc.update((int) (place >>> shift));
        }
        crc.update(bytes, start, length);
        return (int) crc.getValue();
    }
}
