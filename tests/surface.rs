//! Pins all that the library promises: every public item that is not hidden from the documentation, with its signature. A change of it is a change of
//! the snapshot, and so is seen in review.
#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use syn::{
    Attribute, Expr, Field, Fields, File, FnArg, Ident, ImplItem, Item, ItemImpl, ItemMod, Pat,
    Signature, TraitItem, Type, UseTree, Visibility, parse_quote,
};

const SRC: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src");

#[test]
fn the_public_surface_is_as_it_was_agreed() {
    let root = Module::read(&Path::new(SRC).join("lib.rs"), Path::new(SRC));
    let walk = Walk { root: &root };
    let items = walk.surface(&[]);
    let file = File {
        shebang: None,
        attrs: Vec::new(),
        items,
    };
    insta::assert_snapshot!(prettyplease::unparse(&file));
}

/// A module with those below it.
#[derive(Default)]
struct Module {
    items: Vec<Item>,
    below: BTreeMap<String, Module>,
}

impl Module {
    /// Reads a file; modules below it lie in `folder`.
    fn read(file: &Path, folder: &Path) -> Self {
        let text = fs::read_to_string(file).unwrap();
        Module::new(syn::parse_file(&text).unwrap().items, folder)
    }

    fn new(items: Vec<Item>, folder: &Path) -> Self {
        let mut module = Module::default();
        for item in items {
            if has(attributes(&item), "cfg", "test") {
                continue;
            }
            if let Item::Mod(below) = &item {
                let name = below.ident.to_string();
                let own = folder.join(&name);
                let read = match &below.content {
                    Some((_, items)) => Module::new(items.clone(), &own),
                    None => Module::read(&file_of(&own), &own),
                };
                module.below.insert(name, read);
            }
            module.items.push(item);
        }
        module
    }

    fn at(&self, path: &[String]) -> Option<&Module> {
        match path.split_first() {
            None => Some(self),
            Some((first, rest)) => self.below.get(first)?.at(rest),
        }
    }

    /// What is implemented for the type `name` of the module `of`, wherever that is not the name of another type.
    fn impls(&self, name: &Ident, of: &Module) -> Vec<&ItemImpl> {
        let is_other = !std::ptr::eq(self, of) && self.items.iter().any(|item| is_type(item, name));
        let own = self.items.iter().filter_map(|item| match item {
            Item::Impl(item) if !is_other && is_for(item, name) => Some(item),
            _ => None,
        });
        let below = self.below.values();
        own.chain(below.flat_map(|below| below.impls(name, of)))
            .collect()
    }
}

fn file_of(module: &Path) -> PathBuf {
    let file = module.with_extension("rs");
    if file.is_file() {
        file
    } else {
        module.join("mod.rs")
    }
}

struct Walk<'m> {
    root: &'m Module,
}

impl Walk<'_> {
    /// What can be seen of a module from outside.
    fn surface(&self, path: &[String]) -> Vec<Item> {
        let module = self.root.at(path).unwrap();
        let mut seen = Vec::new();
        for item in &module.items {
            if is_hidden(attributes(item)) {
                continue;
            }
            match item {
                Item::Mod(below) if is_public(&below.vis) => {
                    seen.push(self.module(below, path));
                }
                Item::Use(used) if is_public(&used.vis) => {
                    for target in targets(&used.tree) {
                        seen.extend(self.used(&target, path));
                    }
                }
                _ => seen.extend(self.item(item, path)),
            }
        }
        seen
    }

    fn module(&self, module: &ItemMod, path: &[String]) -> Item {
        let own = [path, &[module.ident.to_string()]].concat();
        let (name, items) = (&module.ident, self.surface(&own));
        parse_quote!(pub mod #name { #(#items)* })
    }

    /// A name that stands for an item elsewhere: that item itself if it cannot be reached otherwise.
    fn used(&self, target: &[String], path: &[String]) -> Vec<Item> {
        let whole = match target.split_first() {
            Some((first, rest)) if first == "crate" => rest.to_vec(),
            _ => [path, target].concat(),
        };
        let (name, of) = whole.split_last().unwrap();
        if self.is_open(of) {
            let target = format!("pub use crate::{};", whole.join("::"));
            return vec![syn::parse_str(&target).unwrap()];
        }
        let module = self.root.at(of).unwrap();
        let named = module.items.iter().filter(|item| match item {
            Item::Use(used) => targets(&used.tree)
                .iter()
                .any(|one| one.last() == Some(name)),
            item => name_of(item).is_some_and(|ident| ident == name),
        });
        let told = named.flat_map(|item| match item {
            Item::Use(used) => {
                let mut nested = targets(&used.tree);
                nested.retain(|one| one.last() == Some(name));
                nested.iter().flat_map(|one| self.used(one, of)).collect()
            }
            item => self.item(item, of),
        });
        told.collect()
    }

    /// Whether a module can be named from outside.
    fn is_open(&self, path: &[String]) -> bool {
        (0..path.len()).all(|depth| {
            let around = self.root.at(&path[..depth]).unwrap();
            around.items.iter().any(|item| match item {
                Item::Mod(module) => {
                    module.ident == path[depth]
                        && is_public(&module.vis)
                        && !is_hidden(&module.attrs)
                }
                _ => false,
            })
        })
    }

    /// What can be seen of an item, with what is implemented for it in its room.
    fn item(&self, item: &Item, path: &[String]) -> Vec<Item> {
        let Some(shown) = shown(item.clone()) else {
            return Vec::new();
        };
        let mut seen = vec![shown];
        if let Some(name) = name_of(item).filter(|name| is_type(item, name)) {
            let room = self.root.at(&path[..path.len().min(1)]).unwrap();
            let of_it = room.impls(name, self.root.at(path).unwrap());
            seen.extend(of_it.into_iter().filter_map(|one| shown_impl(one.clone())));
        }
        seen
    }
}

/// An item without what only its author sees; `None` if nobody else sees it.
fn shown(mut item: Item) -> Option<Item> {
    let vis = match &item {
        Item::Const(item) => &item.vis,
        Item::Enum(item) => &item.vis,
        Item::Fn(item) => &item.vis,
        Item::Static(item) => &item.vis,
        Item::Struct(item) => &item.vis,
        Item::Trait(item) => &item.vis,
        Item::Type(item) => &item.vis,
        _ => return None,
    };
    if !is_public(vis) {
        return None;
    }
    match &mut item {
        Item::Const(item) => {
            keep_attributes(&mut item.attrs);
            keep_literal(&mut item.expr);
        }
        Item::Static(item) => {
            keep_attributes(&mut item.attrs);
            keep_literal(&mut item.expr);
        }
        Item::Fn(item) => {
            keep_attributes(&mut item.attrs);
            keep_signature(&mut item.sig);
            item.block = parse_quote!({});
        }
        Item::Type(item) => keep_attributes(&mut item.attrs),
        Item::Struct(item) => {
            keep_attributes(&mut item.attrs);
            keep_fields(&mut item.fields);
        }
        Item::Enum(item) => {
            keep_attributes(&mut item.attrs);
            for variant in &mut item.variants {
                keep_attributes(&mut variant.attrs);
                for field in &mut variant.fields {
                    keep_attributes(&mut field.attrs);
                }
            }
        }
        Item::Trait(item) => {
            keep_attributes(&mut item.attrs);
            for item in &mut item.items {
                if let TraitItem::Fn(item) = item {
                    keep_attributes(&mut item.attrs);
                    item.default = item.default.as_ref().map(|_| parse_quote!({}));
                }
            }
        }
        _ => {}
    }
    Some(item)
}

fn shown_impl(mut item: ItemImpl) -> Option<Item> {
    keep_attributes(&mut item.attrs);
    if item.trait_.is_some() {
        item.items.clear();
        return Some(Item::Impl(item));
    }
    item.items.retain_mut(|item| match item {
        ImplItem::Fn(item) if is_public(&item.vis) && !is_hidden(&item.attrs) => {
            keep_attributes(&mut item.attrs);
            keep_signature(&mut item.sig);
            item.block = parse_quote!({});
            true
        }
        ImplItem::Const(item) if is_public(&item.vis) && !is_hidden(&item.attrs) => {
            keep_attributes(&mut item.attrs);
            keep_literal(&mut item.expr);
            true
        }
        _ => false,
    });
    (!item.items.is_empty()).then_some(Item::Impl(item))
}

/// Leaves the fields that others see, and a sign that there are more.
fn keep_fields(fields: &mut Fields) {
    let is_seen = |field: &Field| is_public(&field.vis) && !is_hidden(&field.attrs);
    let has_more = fields.iter().any(|field| !is_seen(field));
    match fields {
        Fields::Named(named) => {
            let all = std::mem::take(&mut named.named);
            named.named = all.into_iter().filter(is_seen).collect();
            if has_more {
                named.named.push(parse_quote!(_private: ()));
            }
        }
        Fields::Unnamed(unnamed) => {
            for field in unnamed.unnamed.iter_mut().filter(|field| !is_seen(field)) {
                *field = parse_quote!(());
            }
        }
        Fields::Unit => {}
    }
    for field in fields.iter_mut() {
        keep_attributes(&mut field.attrs);
    }
}

fn keep_attributes(attributes: &mut Vec<Attribute>) {
    const TELLING: [&str; 5] = ["cfg", "deprecated", "derive", "must_use", "non_exhaustive"];
    attributes.retain(|one| TELLING.iter().any(|name| one.path().is_ident(name)));
}

/// Whether an argument is changed inside is nobody else's business.
fn keep_signature(signature: &mut Signature) {
    for argument in &mut signature.inputs {
        match argument {
            FnArg::Receiver(receiver) if receiver.reference.is_none() => receiver.mutability = None,
            FnArg::Typed(typed) => {
                if let Pat::Ident(name) = &mut *typed.pat {
                    name.mutability = None;
                }
            }
            FnArg::Receiver(_) => {}
        }
    }
}

fn keep_literal(value: &mut Expr) {
    if !matches!(value, Expr::Lit(_)) {
        *value = parse_quote!(_);
    }
}

fn is_type(item: &Item, name: &Ident) -> bool {
    matches!(item, Item::Struct(_) | Item::Enum(_)) && name_of(item) == Some(name)
}

/// Whether something is implemented for the type of that name.
fn is_for(item: &ItemImpl, name: &Ident) -> bool {
    match &*item.self_ty {
        Type::Path(path) => path
            .path
            .segments
            .last()
            .is_some_and(|last| last.ident == *name),
        _ => false,
    }
}

fn name_of(item: &Item) -> Option<&Ident> {
    Some(match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        _ => return None,
    })
}

/// The paths that a `use` names.
fn targets(tree: &UseTree) -> Vec<Vec<String>> {
    match tree {
        UseTree::Path(path) => {
            let mut below = targets(&path.tree);
            below.retain_mut(|one| {
                one.insert(0, path.ident.to_string());
                true
            });
            below
        }
        UseTree::Name(name) => vec![vec![name.ident.to_string()]],
        UseTree::Group(group) => group.items.iter().flat_map(targets).collect(),
        UseTree::Rename(_) | UseTree::Glob(_) => panic!("name what is exported by its own name"),
    }
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

fn is_hidden(attributes: &[Attribute]) -> bool {
    has(attributes, "doc", "hidden")
}

/// Whether there is an attribute `name(word)`.
fn has(attributes: &[Attribute], name: &str, word: &str) -> bool {
    attributes.iter().any(|one| {
        let list = one.path().is_ident(name).then(|| one.meta.require_list());
        list.is_some_and(|list| list.is_ok_and(|list| list.tokens.to_string() == word))
    })
}

fn is_public(vis: &Visibility) -> bool {
    matches!(vis, Visibility::Public(_))
}
