package nixdb

import (
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"

	// The driver "sqlite" of database/sql.
	_ "modernc.org/sqlite"

	"github.com/rules-strata/rules_strata/go/store"
)

// schema makes the tables of Nix's schema 10.
var schema = []string{
	`CREATE TABLE ValidPaths (
		id integer primary key autoincrement not null, path text unique not null, hash text not null, registrationTime integer not null,
		deriver text, narSize integer, ultimate integer, sigs text, ca text)`,
	`CREATE TABLE Refs (
		referrer integer not null, reference integer not null, primary key (referrer, reference),
		foreign key (referrer) references ValidPaths(id) on delete cascade,
		foreign key (reference) references ValidPaths(id) on delete restrict)`,
	`CREATE INDEX IndexReferrer on Refs(referrer)`,
	`CREATE INDEX IndexReference on Refs(reference)`,
	// An object that refers to itself could otherwise not be deleted.
	`CREATE TRIGGER DeleteSelfRefs before delete on ValidPaths
		begin delete from Refs where referrer = old.id and reference = old.id; end`,
	`CREATE TABLE DerivationOutputs (
		drv integer not null, id text not null, path text not null, primary key (drv, id),
		foreign key (drv) references ValidPaths(id) on delete cascade)`,
	`CREATE INDEX IndexDerivationOutputs on DerivationOutputs(path)`,
	`CREATE TABLE SchemaMigrations (migration text primary key not null)`,
}

// Write writes the database file of these objects, which all get the same
// registration time, in seconds since 1970. It needs a temporary file.
func Write(w io.Writer, registrations []Registration, registrationTime int64) error {
	sorted, err := inOrder(registrations)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "nixdb")
	if err != nil {
		return fmt.Errorf("nixdb: %w", err)
	}
	file := filepath.Join(dir, "db.sqlite")
	err = fill(file, sorted, registrationTime)
	if err == nil {
		err = copyFile(w, file)
	}
	if err := errors.Join(err, os.RemoveAll(dir)); err != nil {
		return fmt.Errorf("nixdb: %w", err)
	}
	return nil
}

func copyFile(w io.Writer, file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, f)
	return errors.Join(err, f.Close())
}

// fill makes the database in a new file.
func fill(file string, registrations []Registration, registrationTime int64) error {
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: file}).String())
	if err != nil {
		return err
	}
	// With one connection only do statements follow one another, and is the log gone in the end.
	db.SetMaxOpenConns(1)
	err = insert(db, registrations, registrationTime)
	return errors.Join(err, db.Close())
}

func insert(db *sql.DB, registrations []Registration, registrationTime int64) error {
	for _, statement := range []string{"PRAGMA page_size = 4096", "PRAGMA synchronous = OFF", "PRAGMA foreign_keys = ON"} {
		if _, err := db.Exec(statement); err != nil {
			return err
		}
	}
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	if err := insertAll(tx, registrations, registrationTime); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	// Nix wants this mode, and a user who may not write to the file could not change it.
	_, err = db.Exec("PRAGMA journal_mode = WAL")
	return err
}

func insertAll(tx *sql.Tx, registrations []Registration, registrationTime int64) error {
	for _, statement := range schema {
		if _, err := tx.Exec(statement); err != nil {
			return err
		}
	}
	object, err := tx.Prepare("INSERT INTO ValidPaths (id, path, hash, registrationTime, narSize) VALUES (?, ?, ?, ?, ?)")
	if err != nil {
		return err
	}
	ids := map[store.Path]int{}
	for i, r := range registrations {
		ids[r.Path] = i + 1
		hash := "sha256:" + hex.EncodeToString(r.NARHash[:])
		if _, err := object.Exec(i+1, string(r.Path), hash, registrationTime, r.NARSize); err != nil {
			return fmt.Errorf("%s: %w", r.Path, err)
		}
	}
	reference, err := tx.Prepare("INSERT INTO Refs (referrer, reference) VALUES (?, ?)")
	if err != nil {
		return err
	}
	for i, r := range registrations {
		for _, path := range r.References {
			if _, err := reference.Exec(i+1, ids[path]); err != nil {
				return fmt.Errorf("%s: reference to %s: %w", r.Path, path, err)
			}
		}
	}
	return errors.Join(object.Close(), reference.Close())
}
