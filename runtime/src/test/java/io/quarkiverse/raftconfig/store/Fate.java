package io.quarkiverse.raftconfig.store;

import java.util.BitSet;
import java.util.SplittableRandom;

/** What of the changes that were not made durable is there all the same when the power is on again. */
interface Fate {
    /** Nothing that was not forced or synced. */
    Fate NONE = of(false, false);
    Fate ALL = of(true, true);
    /** The files that were made and renamed, without what was written to them. */
    Fate NAMES = of(true, false);
    /** What was written to files that were there before. */
    Fate SECTORS = of(false, true);

    /** Of so many changes of the directory, in their order. */
    BitSet names(int count);

    /** Of so many sectors written to one file, in their order. Asked once for each file. */
    BitSet sectors(int count);

    /** Whether a file has its new size. */
    boolean size();

    private static Fate of(boolean names, boolean sectors) {
        return new Fate() {
            @Override
            public BitSet names(int count) {
                return allOrNone(names, count);
            }

            @Override
            public BitSet sectors(int count) {
                return allOrNone(sectors, count);
            }

            @Override
            public boolean size() {
                return sectors;
            }
        };
    }

    private static BitSet allOrNone(boolean all, int count) {
        BitSet survivors = new BitSet();
        survivors.set(0, all ? count : 0);
        return survivors;
    }

    /** One sector, counted over all files, is the only one that is there; or, if {@code missing}, the only one that isn't. */
    static Fate ofSector(int one, boolean missing) {
        return new Fate() {
            private int before;

            @Override
            public BitSet names(int count) {
                return allOrNone(true, count);
            }

            @Override
            public BitSet sectors(int count) {
                BitSet survivors = allOrNone(missing, count);
                if (one >= before && one < before + count) {
                    survivors.flip(one - before);
                }
                before += count;
                return survivors;
            }

            @Override
            public boolean size() {
                return true;
            }
        };
    }

    /** All, none, or some of each: extremes are where bugs are. */
    static Fate random(SplittableRandom random) {
        return new Fate() {
            @Override
            public BitSet names(int count) {
                return some(count);
            }

            @Override
            public BitSet sectors(int count) {
                return some(count);
            }

            @Override
            public boolean size() {
                return random.nextBoolean();
            }

            private BitSet some(int count) {
                double share = switch (random.nextInt(4)) {
                    case 0 -> 0;
                    case 1 -> 1;
                    default -> random.nextDouble();
                };
                BitSet survivors = new BitSet();
                for (int i = 0; i < count; i++) {
                    survivors.set(i, random.nextDouble() < share);
                }
                return survivors;
            }
        };
    }
}
