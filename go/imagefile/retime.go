package imagefile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// The parts of a ustar header that matter here (POSIX, pax, "ustar Interchange
// Format").
const (
	blockSize            = 512
	sizeStart, sizeEnd   = 124, 136
	mtimeStart, mtimeEnd = 136, 148
	sumStart, sumEnd     = 148, 156
	typeAt               = 156

	paxHeader = 'x'
)

// maxRecords is how long the records before an entry may be, in bytes.
const maxRecords = 1 << 20

// retime copies a tar of package layer from r to w, with the time mtime, in
// seconds since 1970, in every entry: what package layer would have written
// for that time.
func retime(w io.Writer, r io.Reader, mtime int64) error {
	if mtime < 0 || mtime >= 1<<33 {
		return fmt.Errorf("the time %d does not fit into the header of a tar", mtime)
	}
	var block [blockSize]byte
	size := int64(-1) // of the next entry, if its records say it
	for {
		if _, err := io.ReadFull(r, block[:]); err == io.EOF {
			return nil
		} else if err != nil {
			return fmt.Errorf("the tar is truncated: %w", err)
		}
		if block == [blockSize]byte{} {
			if _, err := w.Write(block[:]); err != nil {
				return err
			}
			continue
		}
		content, err := octal(block[sizeStart:sizeEnd])
		if err != nil {
			return err
		}
		if block[typeAt] == paxHeader {
			if size, err = copyRecords(w, r, block[:], content); err != nil {
				return err
			}
			continue
		}
		if size >= 0 {
			content, size = size, -1
		}
		setMTime(&block, mtime)
		if _, err := w.Write(block[:]); err != nil {
			return err
		}
		if err := copyContent(w, r, content); err != nil {
			return err
		}
	}
}

// setMTime changes a header's time and its checksum.
func setMTime(block *[blockSize]byte, mtime int64) {
	copy(block[mtimeStart:mtimeEnd], fmt.Sprintf("%011o\x00", mtime))
	copy(block[sumStart:sumEnd], "        ")
	sum := 0
	for _, c := range block {
		sum += int(c)
	}
	copy(block[sumStart:], fmt.Sprintf("%06o\x00", sum))
}

// copyRecords copies a PAX header with its records, and gives the size that
// they say, -1 if they do not.
func copyRecords(w io.Writer, r io.Reader, header []byte, length int64) (size int64, err error) {
	if length > maxRecords {
		return 0, fmt.Errorf("PAX records of %d bytes, the limit is %d", length, maxRecords)
	}
	var records bytes.Buffer
	if err := copyContent(&records, r, length); err != nil {
		return 0, err
	}
	if size, err = sizeRecord(records.Bytes()[:length]); err != nil {
		return 0, err
	}
	if _, err = w.Write(header); err == nil {
		_, err = w.Write(records.Bytes())
	}
	return size, err
}

// sizeRecord finds the record of an entry's size. One of its time would be
// stronger than the header, and is not what a tar of package layer has that
// was made for another time than "now".
func sizeRecord(records []byte) (int64, error) {
	size := int64(-1)
	for len(records) > 0 {
		text, _, _ := bytes.Cut(records, []byte(" "))
		length, err := strconv.Atoi(string(text))
		if err != nil || length <= len(text)+1 || length > len(records) {
			return 0, errors.New("broken PAX records")
		}
		keyword, value, _ := bytes.Cut(records[len(text)+1:length-1], []byte("="))
		switch string(keyword) {
		case "size":
			if size, err = strconv.ParseInt(string(value), 10, 64); err != nil || size < 0 {
				return 0, fmt.Errorf("PAX record of the size %.40q", value)
			}
		case "mtime":
			return 0, errors.New("a PAX record has the time of an entry: build the image again")
		}
		records = records[length:]
	}
	return size, nil
}

// copyContent copies content and what fills its last block.
func copyContent(w io.Writer, r io.Reader, size int64) error {
	padded := (size + blockSize - 1) / blockSize * blockSize
	n, err := io.CopyN(w, r, padded)
	if err == io.EOF {
		err = fmt.Errorf("the tar is truncated: %d bytes are missing: %w", padded-n, io.ErrUnexpectedEOF)
	}
	return err
}

func octal(field []byte) (int64, error) {
	n, err := strconv.ParseInt(string(bytes.Trim(field, " \x00")), 8, 64)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("not a tar: the size %q is not a number", field)
	}
	return n, nil
}
