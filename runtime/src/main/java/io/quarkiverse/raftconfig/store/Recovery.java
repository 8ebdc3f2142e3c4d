package io.quarkiverse.raftconfig.store;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

import io.quarkiverse.raftconfig.node.StoreDamagedException;
import io.quarkiverse.raftconfig.store.Disk.DiskFile;

/** Makes a volume of what is on a disk: the image, and on top of it the frames of its epoch and of the next. */
final class Recovery {
    private final Disk disk;
    private final Executor fileThread;

    private Recovery(Disk disk, Executor fileThread) {
        this.disk = disk;
        this.fileThread = fileThread;
    }

    /**
     * @param empty fills the volume of a disk on which there is none yet; it becomes durable as a whole
     * @throws io.quarkiverse.raftconfig.node.StoreDamagedException if the disk does not hold what was written to it
     */
    static JournaledVolume open(Disk disk, int journalSectors, Executor fileThread, Consumer<JournaledVolume> empty)
            throws IOException {
        Recovery recovery = new Recovery(disk, fileThread);
        Set<String> files = new TreeSet<>(disk.list());
        if (files.contains(Image.TEMPORARY)) {
            disk.delete(Image.TEMPORARY);
        }
        return files.contains(Image.FILE) ? recovery.recover() : recovery.create(files, journalSectors, empty);
    }

    /** The image is the last thing to appear: until it does, nothing was ever promised. */
    private JournaledVolume create(Set<String> files, int sectors, Consumer<JournaledVolume> empty) throws IOException {
        refuseWithoutImage(files);
        Journal.create(disk, sectors);
        JournaledVolume volume = new JournaledVolume(disk, List.of(), fileThread);
        empty.accept(volume);
        new Image(sectors, 1, 0, volume.slices()).write(disk, () -> false);
        volume.journalTo(new Journal(disk.open(Journal.file(0)), disk.open(Journal.file(1)), sectors, 1, 0, 0));
        return volume;
    }

    /** Journals that were used, or a snapshot, without an image: it was there, and is gone. */
    private void refuseWithoutImage(Set<String> files) throws IOException {
        for (String name : files) {
            if (SnapshotFiles.isSnapshot(name)) {
                throw imageMissing(name);
            } else if (name.equals(Journal.file(0)) || name.equals(Journal.file(1))) {
                try (DiskFile file = disk.open(name)) {
                    if (!JournalScan.isBlank(file)) {
                        throw imageMissing(name);
                    }
                }
            }
        }
    }

    private StoreDamagedException imageMissing(String beside) {
        return Damage.in(disk, "the file " + Image.FILE + " is missing beside " + beside);
    }

    private JournaledVolume recover() throws IOException {
        Image image = Image.read(disk);
        DiskFile even = openJournal(Journal.file(0));
        try {
            DiskFile odd = openJournal(Journal.file(1));
            try {
                return replay(image, even, odd);
            } catch (IOException | RuntimeException e) {
                odd.close();
                throw e;
            }
        } catch (IOException | RuntimeException e) {
            even.close();
            throw e;
        }
    }

    private DiskFile openJournal(String name) throws IOException {
        if (!disk.list().contains(name)) {
            throw Damage.in(disk, "the file " + name + " is missing");
        }
        return disk.open(name);
    }

    private JournaledVolume replay(Image image, DiskFile even, DiskFile odd) throws IOException {
        long epoch = image.epoch();
        int sectors = image.journalSectors();
        JournaledVolume volume = new JournaledVolume(disk, image.slices(), fileThread);
        JournalScan first = JournalScan.read(disk, Journal.file(epoch), epoch % 2 == 0 ? even : odd, sectors);
        JournalScan second = JournalScan.read(disk, Journal.file(epoch + 1), epoch % 2 == 0 ? odd : even, sectors);
        first.refuseEpochsAfter(epoch);
        second.refuseEpochsAfter(epoch + 1);

        long sequence = first.replay(epoch, image.sequence(), true,
                (payload, length) -> apply(volume, epoch, payload, length));
        sequence = second.replay(epoch + 1, sequence, false,
                (payload, length) -> apply(volume, epoch + 1, payload, length));
        first.makeDurable();
        second.makeDurable();
        disk.sync();

        boolean rolled = second.hasFrames();
        if (rolled) {
            // The fold that was under way, once more: the journal of the epoch after the next is that of this one.
            new Image(sectors, epoch + 1, sequence, volume.slices()).write(disk, () -> false);
        }
        volume.journalTo(new Journal(even, odd, sectors, rolled ? epoch + 1 : epoch,
                rolled ? second.position() : first.position(), sequence));
        return volume;
    }

    private void apply(JournaledVolume volume, long epoch, byte[] payload, int length) {
        if (!Frame.apply(payload, length, volume)) {
            throw Damage.in(disk, "the file " + Journal.file(epoch) + ": a frame does not match its checksum");
        }
    }
}
